'use strict';
// R11, H4: the server goes on after the client's end
const { watch, told, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  peer.on('end', () => setImmediate(() => {
    peer.write('still here', told('server', 'written'));
    peer.end();
  }));
}, port => watch('client', connect(port)).end('question'), { allowHalfOpen: true });
