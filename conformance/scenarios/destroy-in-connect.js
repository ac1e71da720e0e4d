'use strict';
// R19: a destroy in the connect listener
const { watch, say, quiet, serve, connect } = require('./scene.js');

serve(peer => quiet(peer).write('data that nobody reads'), port => {
  const socket = watch('client', connect(port));
  socket.on('connect', () => {
    socket.destroy();
    say('client', 'destroy returned');
  });
});
