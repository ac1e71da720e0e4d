'use strict';
// R25: a write that answers false, and its drain
const { events, much, told, say, serve, connect } = require('./scene.js');

serve(peer => peer.resume(), port => {
  const socket = events('client', connect(port)).resume();
  socket.on('connect', () => {
    say('client', 'write returned ' + socket.write('small', told('client', 'small written')));
    say('client', 'write returned ' + socket.write(much, told('client', 'much written')));
    say('client', 'write returned ' + socket.write('small', told('client', 'last written')));
  });
  socket.on('drain', () => socket.end());
});
