'use strict';
// R14, R19: a destroy before the connection stands, with writes waiting
const { watch, told, serve, connect } = require('./scene.js');

serve(() => {}, port => {
  const socket = watch('client', connect(port));
  socket.write('a', told('client', 'first written'));
  socket.write('b', told('client', 'second written'));
  socket.destroy();
  const ender = connect(port, {});
  ender.on('connect', () => ender.destroy());
});
