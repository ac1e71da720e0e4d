'use strict';
// R28, H5: an idle timeout that is taken away
const { watch, say, quiet, serve, connect } = require('./scene.js');

serve(peer => {
  watch('server', peer);
  peer.setTimeout(20, () => say('server', 'timeout'));
  peer.setTimeout(0);
  setTimeout(() => peer.end(), 60);
}, port => quiet(connect(port)));
