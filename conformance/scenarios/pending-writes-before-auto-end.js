'use strict';
// R18, R20: the peer ends while much waits to be written to it
const { events, much, say, told, serve, connect } = require('./scene.js');

serve(peer => {
  events('server', peer).resume();
  peer.write(much, told('server', 'written'));
}, port => {
  let bytes = 0;
  const socket = connect(port, { allowHalfOpen: true });
  socket.pause();
  socket.end();
  socket.on('finish', () => setTimeout(() => socket.resume(), 20));
  socket.on('data', chunk => bytes += chunk.length);
  socket.on('end', () => say('client', bytes + ' bytes, end'));
});
