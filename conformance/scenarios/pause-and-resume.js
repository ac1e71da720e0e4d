'use strict';
// R23, R13: a pause in the data listener, and a resume
const { watch, say, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  peer.once('data', () => {
    peer.pause();
    peer.write('more');
    setTimeout(() => {
      say('server', 'resume');
      peer.resume();
    }, 40);
  });
}, port => {
  const socket = connect(port);
  socket.write('one');
  socket.on('data', () => socket.end('two'));
});
