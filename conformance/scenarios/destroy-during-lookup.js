'use strict';
// R8, H9: a destroy before the name is found
const { watch, say, connect } = require('./scene.js');

const lookup = (host, options, found) => setTimeout(() => {
  say('client', 'name found');
  found(null, [{ address: '127.0.0.1', family: 4 }]);
}, 20);
const socket = watch('client', connect(1, { host: 'a.test', lookup }));
setImmediate(() => socket.destroy());
