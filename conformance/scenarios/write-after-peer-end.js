'use strict';
// R17: a write a turn after the peer's end, both sides ending together
const { watch, told, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  peer.on('end', () => setImmediate(() => peer.write('late', told('server', 'written'))));
}, port => quiet(connect(port)).end());
