import { store } from '../../client/store';
import type { Desk } from './desk';

/** All drafts on which somebody works, or that have something under way while another page is looked at. Of itself this loads nothing. */
export const desks = store<readonly Desk[]>([]);
