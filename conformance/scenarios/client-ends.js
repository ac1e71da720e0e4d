'use strict';
// R11, R18: the client ends first, both ends watched
const { watch, serve, connect } = require('./scene.js');

serve(peer => watch('server', peer), port => {
  const socket = watch('client', connect(port));
  socket.on('connect', () => socket.end('bye'));
});
