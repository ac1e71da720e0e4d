'use strict';
const net = require('node:net');

// As examples/Redis.java.
const port = Number(process.argv[2] ?? 6380);
const values = new Map(); // as they are sent
const server = net.createServer(socket => {
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('data', text => {
    rest += text;
    try {
      let at = 0;
      for (let found; (found = walk(rest, at)); at = found.end) {
        socket.write(answer(found.words), 'latin1');
      }
      rest = rest.slice(at);
    } catch (error) {
      socket.end(`-ERR Protocol error: ${error.message}\r\n`);
    }
  });
});
server.listen(port, '127.0.0.1', () => console.log(`redis on 127.0.0.1:${server.address().port}`));

function answer(words) {
  switch (`${words[0].toUpperCase()} ${words.length}`) {
    case 'PING 1': return '+PONG\r\n';
    case 'PING 2': case 'ECHO 2': return bulk(words[1]);
    case 'GET 2': return values.get(words[1]) ?? '$-1\r\n';
    case 'DEL 2': return values.delete(words[1]) ? ':1\r\n' : ':0\r\n';
    case 'SET 3':
      values.set(words[1], bulk(words[2]));
      return '+OK\r\n';
    default: return '-ERR unknown command or wrong number of arguments\r\n';
  }
}

function bulk(text) {
  return `$${text.length}\r\n${text}\r\n`;
}

// The words of a command and where it ends, or nothing if it is not there as a whole.
function walk(text, from) {
  const words = [];
  let at = from;
  let left = 1;
  for (let mark = '*'; left > 0; left--, mark = '$') {
    const end = text.indexOf('\r', at);
    const digits = text.slice(at + 1, end < 0 ? text.length : end);
    if (at < text.length && (text[at] !== mark || !/^\d{0,7}$/.test(digits) || digits > 1 << 20)) {
      throw new Error(`expected '${mark}' and a number up to 1048576`);
    }
    const number = Number(digits);
    at = end + 2;
    if (mark === '*') {
      left += number;
    } else {
      words.push(text.slice(at, at + number));
      at += number + 2;
    }
    if (end < 0 || at > text.length) {
      return undefined;
    }
  }
  return { words, end: at };
}
