import { labels } from '../labels/index.ts';
import type { Frame } from '../render/frame.ts';
import type { World } from '../world/world.ts';

export function frameOf(world: World): Frame {
  return { locale: world.lang, build: world.build, labels: labels[world.locale] };
}
