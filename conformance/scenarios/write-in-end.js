'use strict';
// R17: a write in the end listener, both sides ending together
const { watch, told, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  peer.on('end', () => peer.write('last words', told('server', 'written')));
}, port => watch('client', connect(port)).end());
