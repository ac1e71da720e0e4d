'use strict';
// R12: the peer resets a connection that is read
const { watch, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer).write('x');
}, port => {
  const socket = connect(port);
  socket.once('data', () => socket.resetAndDestroy());
});
