'use strict';
// R10, H8: every event of a connection to a name
const { watch, say, serve, quiet, connect } = require('./scene.js');

serve(peer => quiet(peer).end(), port => {
  const lookup = (host, options, found) => {
    say('client', 'resolver asked');
    setImmediate(found, null, [{ address: '127.0.0.1', family: 4 }]);
  };
  const socket = connect(port, { host: 'a.test', lookup });
  for (const event of ['lookup', 'connectionAttempt', 'ready']) socket.on(event, () => say('client', event));
  watch('client', socket);
  say('client', 'connect returned');
});
