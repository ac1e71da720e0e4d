'use strict';
// R27: a socket that is paused before its connection stands
const { watch, say, quiet, serve, connect } = require('./scene.js');

serve(peer => quiet(peer).end('hello'), port => {
  const socket = watch('client', connect(port));
  socket.pause();
  socket.on('connect', () => setTimeout(() => {
    say('client', 'resume');
    socket.resume();
  }, 30));
});
