'use strict';
// H14, R7: writes before the connection stands
const { watch, events, told, serve, connect } = require('./scene.js');

serve(peer => {
  let text = '';
  peer.on('data', bytes => text += bytes);
  peer.on('end', () => peer.end('got ' + text));
}, port => {
  const socket = watch('client', connect(port));
  for (const word of ['one', 'two', 'three']) socket.write(word, told('client', word + ' written'));
  socket.on('connect', () => socket.end());
}, { allowHalfOpen: true });
