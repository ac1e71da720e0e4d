'use strict';
// R13: bytes that a paused socket has not read hold the end back
const { watch, say, serve, quiet, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer).pause();
  setTimeout(() => {
    say('server', 'resume');
    peer.resume();
  }, 40);
}, port => quiet(connect(port)).end('unread'));
