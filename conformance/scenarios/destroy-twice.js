'use strict';
// R12, R19: a destroy with an error, twice
const { watch, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  peer.destroy(new Error('first'));
  peer.destroy(new Error('second'));
  peer.on('close', () => peer.destroy(new Error('third')));
}, port => quiet(connect(port)));
