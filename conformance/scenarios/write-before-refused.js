'use strict';
// R14: what was written before a connection that is refused
const { watch, told, closedPort, connect } = require('./scene.js');

closedPort(port => {
  const socket = watch('client', connect(port));
  socket.write('a', told('client', 'first written'));
  socket.write('b', told('client', 'second written'));
});
