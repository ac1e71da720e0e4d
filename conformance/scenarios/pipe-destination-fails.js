'use strict';
// R26: the destination of a pipe is destroyed with an error
const { net, events, say, serve, quiet, connect } = require('./scene.js');

serve(target => {
  events('destination', target);
  target.on('close', () => setTimeout(() => target.source.end(), 20));
  target.on('data', () => {});
  serve(source => {
    events('source', source).pipe(target);
    target.source = source;
    source.once('data', () => target.destroy(new Error('mine')));
  }, port => quiet(connect(port)).write('x'));
}, port => quiet(connect(port)));
