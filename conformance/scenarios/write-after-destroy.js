'use strict';
// R16, R19: a write after destroy
const { watch, told, say, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer).destroy();
  say('server', 'write returned ' + peer.write('b', told('server', 'written')));
}, port => quiet(connect(port)));
