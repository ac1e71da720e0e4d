'use strict';
// R7, R20: an end behind writes that the peer does not read yet
const { events, much, told, say, serve, connect } = require('./scene.js');

serve(peer => {
  let bytes = 0;
  peer.pause();
  peer.on('data', chunk => bytes += chunk.length);
  peer.on('end', () => say('server', bytes + ' bytes, end'));
  setTimeout(() => peer.resume(), 30);
}, port => {
  const socket = events('client', connect(port)).resume();
  socket.on('connect', () => {
    socket.write(much, told('client', 'first written'));
    socket.write('x', told('client', 'second written'));
    socket.end();
  });
});
