'use strict';
// R10, R11, H13: a client that asks, ends, and is answered
const { watch, told, serve, connect } = require('./scene.js');

serve(peer => {
  peer.on('end', () => peer.end('answer')).resume();
}, port => {
  const socket = watch('client', connect(port));
  socket.write('request', told('client', 'written'));
  socket.end();
}, { allowHalfOpen: true });
