// What the page is made of besides React: store, controller, address bar, `data-state`. Used by the entry and by the development gallery.

import type { EngineApi } from '../engine/protocol';
import { type Controller, createController } from '../state/controller';
import type { Sources } from '../state/lifecycle';
import { pageState } from '../state/selectors';
import { createAppStore, type Store } from '../state/store';
import { loadExamples, loadPicture, loadStored } from './files';
import { applyTheme } from './theme';

export interface Page {
  readonly store: Store;
  readonly controller: Controller;
}

type Files = Pick<Sources, 'loadExamples' | 'loadStored' | 'loadPicture'>;

/** The page is drawn at the latest after so many milliseconds, with or without a first result. */
const longestBlank = 300;

/** `render` puts the page on the screen: once, with the stored result where one comes soon. `files` are replaced by the gallery. */
export function mountPage(
  createEngine: () => EngineApi,
  render: (page: Page) => void,
  files: Files = { loadExamples, loadStored, loadPicture },
): Page {
  applyTheme();
  const store = createAppStore();
  const controller: Controller = createController(store, {
    createEngine,
    ...files,
    show: () => {
      mount();
      return drawn();
    },
    writeLink: (fragment, mode) => {
      const address = location.pathname + location.search + fragment;
      if (mode === 'push') history.pushState(null, '', address);
      else history.replaceState(null, '', address);
    },
  });
  const root = document.documentElement;
  const mark = () => {
    const state = pageState(store.getState());
    if (root.dataset.state !== state) root.dataset.state = state;
  };
  mark();
  store.subscribe(mark);
  // Back, forward, and an address edited by hand: all of them fire `popstate`.
  addEventListener('popstate', () => void controller.restore(location.hash));
  addEventListener('pagehide', () => controller.dispose());
  // A page that comes back from the back-forward cache has lost its worker.
  addEventListener('pageshow', (event: PageTransitionEvent) => {
    if (event.persisted) location.reload();
  });
  let mounted = false;
  const mount = () => {
    if (!mounted) render({ store, controller });
    mounted = true;
  };
  void controller.start(location.hash);
  setTimeout(mount, longestBlank);
  return { store, controller };
}

/** After the next frame. A page in the background draws none, so the wait ends there, too. */
function drawn(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, longestBlank);
  });
}
