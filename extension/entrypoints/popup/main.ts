import '../../ui/mantine.css';
import '../../ui/page.css';
import { drawFirstPicture } from '../../ui/firstPicture.ts';

/** A storage that hangs must not keep the page away. */
const LONGEST_MS = 150;

const root = document.getElementById('root');
const drawn = root ? drawFirstPicture(root).then(painted) : Promise.resolve();
await Promise.race([drawn, new Promise((over) => setTimeout(over, LONGEST_MS))]);
await import('../../ui/popup.tsx');

/** Its frame is on the screen before the page's scripts are read. */
function painted(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}
