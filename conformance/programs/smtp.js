'use strict';
const net = require('node:net');

// As examples/Smtp.java.
const port = Number(process.argv[2] ?? 2525);
const server = net.createServer(socket => {
  let rest = '', from = '', to = [], text = '', isText = false;
  const say = line => socket.write(line + '\r\n');
  const path = line => /<([^>]*)>/.exec(line)?.[1] ?? '';
  const reset = () => {
    from = '';
    to = [];
    text = '';
    isText = false;
  };
  const command = line => {
    switch (line.split(' ')[0].toUpperCase()) {
      case 'HELO': case 'EHLO': return say('250 localhost');
      case 'NOOP': return say('250 OK');
      case 'RSET':
        reset();
        return say('250 OK');
      case 'MAIL':
        reset();
        from = path(line);
        return say('250 OK');
      case 'RCPT':
        if (from === '') {
          return say('503 MAIL first');
        }
        to.push(path(line));
        return say('250 OK');
      case 'DATA':
        if (to.length === 0) {
          return say('503 RCPT first');
        }
        isText = true;
        return say('354 end with a dot');
      case 'QUIT': return socket.end('221 bye\r\n');
      default: return say('502 not here');
    }
  };
  const content = line => {
    if (line !== '.') {
      text += (line.startsWith('.') ? line.slice(1) : line) + '\n';
      if (text.length > 1 << 20) {
        socket.end('552 too much\r\n');
      }
      return;
    }
    console.log(`${from} to ${to}: ${text.length} characters`);
    reset();
    say('250 OK');
  };
  socket.setTimeout(300000, () => socket.end('421 too slow\r\n'));
  socket.on('error', error => console.log(error.message));
  socket.setEncoding('utf8');
  socket.on('data', chunk => {
    rest += chunk;
    for (let end; socket.writable && (end = rest.indexOf('\n')) >= 0 && end <= 1000;) {
      const line = rest.slice(0, end).replace(/\r$/, '');
      rest = rest.slice(end + 1);
      isText ? content(line) : command(line);
    }
    if (rest.length > 1000 && socket.writable) {
      socket.end('500 line too long\r\n');
    }
  });
  say('220 localhost');
});
server.listen(port, '127.0.0.1', () => console.log(`smtp on 127.0.0.1:${server.address().port}`));
