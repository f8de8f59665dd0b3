import { selfTestProof } from '../../email/publicUrl.ts';
import type { Services } from '../context.ts';

export { SELF_TEST_PATH } from '../../email/publicUrl.ts';

/** This server's answer to its own question, asked from outside. */
export function answerSelfTest({ unsubscribeKey }: Services, nonce: string): { proof: string } {
  return { proof: selfTestProof(nonce, unsubscribeKey) };
}
