'use strict';
// R11: end is called twice
const { watch, quiet, serve, connect } = require('./scene.js');

serve(peer => quiet(peer), port => {
  const socket = watch('client', connect(port));
  socket.on('connect', () => {
    socket.end('a');
    socket.end();
  });
});
