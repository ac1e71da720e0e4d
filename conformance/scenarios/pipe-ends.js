'use strict';
// R26: a pipe ends its destination with its source
const { watch, events, serve, connect } = require('./scene.js');

serve(peer => events('server', peer).pipe(peer), port => watch('client', connect(port)).end('echo'), { allowHalfOpen: true });
