'use strict';
// R28, H6: the idle timeout while the connection is being made
const { watch, say, connect } = require('./scene.js');

const socket = watch('client', connect(1, { host: 'a.test', lookup() {} }));
const hold = setInterval(() => {}, 1000);
socket.on('close', () => clearInterval(hold));
socket.setTimeout(30, () => {
  say('client', 'timeout');
  socket.destroy();
});
