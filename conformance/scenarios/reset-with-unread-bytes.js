'use strict';
// R22, R13: the peer resets while bytes are unread
const { watch, say, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer).pause();
  setTimeout(() => {
    say('server', 'resume');
    peer.resume();
  }, 50);
}, port => {
  const socket = connect(port);
  socket.on('connect', () => socket.write('unread', () => setTimeout(() => socket.resetAndDestroy(), 10)));
});
