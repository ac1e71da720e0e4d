'use strict';
// R19: a destroy in the connection listener
const { net, watch, say, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer).destroy();
  say('server', 'destroy returned');
}, port => watch('client', connect(port)));
