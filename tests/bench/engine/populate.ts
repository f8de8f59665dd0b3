import { populate } from './population.ts';

const [url = '', size = '0', senders = '0'] = process.argv.slice(2);
await populate(url, Number(size), Number(senders));
