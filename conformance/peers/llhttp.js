'use strict';
// Reads messages with llhttp, the parser of Node, and writes down what it makes of each.
//
// In:  a byte for the kind (0 request, 1 response), four bytes of length, the message; again and again.
// Out: one line each: messages and the end, every text as the hex digits of its bytes.

const { HTTPParser, allMethods, methods } = process.binding('http_parser');
const names = allMethods ?? methods;
const hex = (text) => Buffer.from(text, 'latin1').toString('hex') || '-';

function read(isResponse, input) {
  const parser = new HTTPParser();
  parser.initialize(isResponse ? HTTPParser.RESPONSE : HTTPParser.REQUEST, {}, 0, 0);
  const words = [];
  let message = null;
  let isStopped = false;
  let isOpen = false;
  parser[HTTPParser.kOnMessageBegin] = () => {
    isOpen = true;
    message = { start: [], fields: [], body: '', trailers: [], isHeadRead: false, url: '' };
  };
  parser[HTTPParser.kOnHeaders] = (fields, url) => {
    (message.isHeadRead ? message.trailers : message.fields).push(...fields);
    message.url += message.isHeadRead ? '' : url ?? '';
  };
  parser[HTTPParser.kOnHeadersComplete] = (major, minor, fields, method, url, status, reason, upgrade, persists) => {
    message.fields.push(...(fields ?? []));
    message.start = isResponse
      ? ['' + status, reason.replace(/^[ \t]+|[ \t]+$/g, ''), major + '.' + minor]
      : [names[method], message.url || url || '', major + '.' + minor];
    message.isHeadRead = true;
    message.isLast = upgrade || !persists;
    message.isInterim = isResponse && status < 200 && status !== 101;
    // 1: no body, as Node's client says of these.
    return message.isInterim ? 1 : 0;
  };
  parser[HTTPParser.kOnBody] = (bytes, offset, length) => {
    message.body += offset == null
      ? bytes.latin1Slice()
      : bytes.latin1Slice(offset, offset + length);
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    isOpen = false;
    if (isStopped) return;
    words.push('M', message.start.length, ...message.start.map(hex));
    words.push(message.fields.length, ...message.fields.map(hex), hex(message.body));
    words.push(message.trailers.length, ...message.trailers.map(hex));
    isStopped = message.isLast && !message.isInterim;
  };
  const result = parser.execute(input);
  if (isStopped) return words.concat('D', '-');
  if (result instanceof Error) return words.concat('R', result.code.toString());
  const end = parser.finish();
  return words.concat(isOpen || end instanceof Error ? ['I', '-'] : ['D', '-']);
}

let waiting = Buffer.alloc(0);
let out = [];
process.stdin.on('data', (chunk) => {
  waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
  let at = 0;
  while (waiting.length - at >= 5 && waiting.length - at - 5 >= waiting.readUInt32BE(at + 1)) {
    const length = waiting.readUInt32BE(at + 1);
    out.push(read(waiting[at] === 1, waiting.subarray(at + 5, at + 5 + length)).join(' ') + '\n');
    at += 5 + length;
  }
  waiting = waiting.subarray(at);
  process.stdout.write(out.join(''));
  out = [];
});
