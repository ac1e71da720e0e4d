'use strict';
// R11, R18: the server ends first, both ends watched
const { watch, serve, connect } = require('./scene.js');

serve(peer => watch('server', peer).end('bye'), port => watch('client', connect(port)));
