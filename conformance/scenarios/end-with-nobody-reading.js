'use strict';
// H16, R11: the peer ends without a byte, and there is no listener for bytes
const { events, serve, quiet, connect } = require('./scene.js');

serve(peer => events('server', peer), port => quiet(connect(port)).end());
