'use strict';
// R8, H9: a destroy in the turn of the connect
const { watch, say, serve, connect } = require('./scene.js');

serve(() => {}, port => {
  const socket = watch('client', connect(port));
  socket.destroy();
  say('client', 'destroy returned');
  const ender = connect(port, {});
  ender.on('connect', () => ender.destroy());
});
