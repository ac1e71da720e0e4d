'use strict';
// R15: an end before the connection stands
const { watch, serve, connect } = require('./scene.js');

serve(peer => watch('server', peer), port => {
  const socket = watch('client', connect(port));
  socket.end('hello');
});
