import { mount } from '../../ui/mount.tsx';
import { PopupPage } from '../../ui/PopupPage.tsx';

void mount(PopupPage);
