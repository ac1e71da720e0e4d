'use strict';
// R25: no drain where no write answered false
const { events, told, say, serve, connect } = require('./scene.js');

serve(peer => peer.resume(), port => {
  const socket = events('client', connect(port)).resume();
  socket.on('connect', () => {
    say('client', 'write returned ' + socket.write('small', told('client', 'written')));
    setTimeout(() => socket.end(), 20);
  });
});
