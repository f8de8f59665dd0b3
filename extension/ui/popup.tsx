import { mount } from './mount.tsx';
import { PopupPage } from './PopupPage.tsx';

void mount(PopupPage);
