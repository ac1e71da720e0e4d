'use strict';
// R7, R12: the peer resets while a write waits
const { watch, much, told, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  peer.write(much, told('server', 'first written'));
  peer.write('x', told('server', 'second written'));
}, port => {
  const socket = connect(port);
  socket.pause();
  socket.on('connect', () => setTimeout(() => socket.resetAndDestroy(), 30));
});
