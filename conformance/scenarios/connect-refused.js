'use strict';
// R9, R12, H12: a connection to a port where no program listens
const { watch, say, closedPort, connect } = require('./scene.js');

closedPort(port => {
  const socket = connect(port);
  say('client', 'connect returned');
  watch('client', socket);
});
