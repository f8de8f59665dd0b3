import { z } from 'zod';
import { limits } from '../kernel/limits.ts';
import { id, instant, route } from './route.ts';

/** Files that mail programs open by running them: the big providers refuse every message that carries one. */
const DANGEROUS = new Set(
  (
    'ade adp apk app appx appxbundle bat cab chm cmd com cpl diagcab diagcfg diagpkg dll dmg ex ex_ exe hta img ins ' +
    'iso isp jar jnlp js jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh pif ps1 reg scr sct sh shb sys vb ' +
    'vbe vbs vhd vxd wsc wsf wsh xll'
  ).split(' '),
);

/** The ending that makes a file dangerous; null: there is none. Windows drops dots and spaces at the end of a name. */
export function dangerousEnding(name: string): string | null {
  const ending = /\.([^.]+)[. ]*$/.exec(name)?.[1]?.trim().toLowerCase() ?? '';
  return DANGEROUS.has(ending) ? ending : null;
}

/** Whether mail programs show an image of this type within a text. */
export function isShownImage(type: string): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(type);
}

export const attachmentView = z.object({
  id,
  name: z.string(),
  /** MIME type. */
  type: z.string(),
  /** In bytes. */
  size: z.number().int(),
  createdAt: instant,
});
export type AttachmentView = z.infer<typeof attachmentView>;

/** Files that emails carry: uploaded once, then named by id in templates and email steps. */
export const attachmentRoutes = {
  list: route('member', 'GET', '/api/v1/attachments', {
    response: z.object({ items: z.array(attachmentView) }),
  }),
  /** `contentBase64`: the raw bytes. The same content again is the file that is there already, with its name. */
  upload: route('member', 'POST', '/api/v1/attachments', {
    body: z.object({
      name: z
        .string()
        .trim()
        .min(1, 'The file needs a name.')
        .max(limits.attachmentName)
        .regex(/^[^\p{Cc}/\\]*$/u, 'No slashes and no control characters.'),
      /** MIME type as the browser tells it; empty: unknown. */
      type: z.string().max(100).default(''),
      contentBase64: z.string().min(1, 'The file is empty.'),
    }),
    response: attachmentView,
  }),
  /** Refused as long as a template or an automation uses it. */
  remove: route('member', 'DELETE', '/api/v1/attachments/:attachmentId', {
    params: z.object({ attachmentId: id }),
    response: z.object({}),
  }),
};
