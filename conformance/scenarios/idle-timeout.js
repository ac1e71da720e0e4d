'use strict';
// R28, H5: two stretches without a byte
const { watch, say, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  let times = 0;
  peer.setTimeout(30).on('timeout', () => {
    say('server', 'timeout');
    if (++times === 1) peer.write('wake up');
    else peer.end();
  });
}, port => {
  const socket = connect(port);
  socket.once('data', () => socket.write('awake'));
});
