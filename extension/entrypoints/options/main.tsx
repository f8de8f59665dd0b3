import { mount } from '../../ui/mount.tsx';
import { OptionsPage } from '../../ui/OptionsPage.tsx';

void mount(OptionsPage);
