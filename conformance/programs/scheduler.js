'use strict';
const net = require('node:net');
const readline = require('node:readline');

// As examples/Scheduler.java.
const port = Number(process.argv[2] ?? 7006);
const server = net.createServer(socket => {
  const jobs = new Map();
  let last = 0;
  const say = text => socket.write(text + '\n');
  const add = (line, start, isOnce) => {
    const [, delay, text] = /^\w+ (\d{1,8}) (.*)$/.exec(line) ?? [];
    if (delay === undefined) {
      return say('say: in|every MILLISECONDS TEXT');
    }
    const id = ++last;
    jobs.set(id, start(() => {
      if (isOnce) {
        jobs.delete(id);
      }
      say(`${id}: ${text}`);
    }, Number(delay)));
    say(`job ${id}`);
  };
  readline.createInterface({ input: socket }).on('line', line => {
    const [word, id] = line.split(' ');
    switch (word) {
      case 'in': return add(line, setTimeout, true);
      case 'every': return add(line, setInterval, false);
      case 'list': return say(`jobs ${[...jobs.keys()]}`);
      case 'cancel':
        clearTimeout(jobs.get(Number(id)));
        return say(jobs.delete(Number(id)) ? `cancelled ${id}` : `no job ${id}`);
      default: return say('in, every, list or cancel');
    }
  });
  socket.on('error', error => console.log(error.message));
  socket.on('close', () => jobs.forEach(clearTimeout));
});
server.listen(port, '127.0.0.1', () => console.log(`scheduler on 127.0.0.1:${server.address().port}`));
