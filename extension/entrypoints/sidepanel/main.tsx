import { mount } from '../../ui/mount.tsx';
import { SidePanelPage } from '../../ui/SidePanelPage.tsx';

void mount(SidePanelPage);
