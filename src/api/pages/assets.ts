import { hash } from 'node:crypto';
import { pageScript } from './script/index.js';
import { icon } from './style/icon.js';
import { stylesheet } from './style/index.js';

export interface Asset {
  readonly type: string;
  readonly text: string;
  /** Of its content: another content is another address, so browsers keep each for ever. */
  readonly version: string;
  readonly href: string;
}

const asset = (name: string, type: string, text: string): Asset => {
  const version = hash('sha256', text, 'base64url').slice(0, 12);
  return { type: `${type}; charset=utf-8`, text, version, href: `/assets/${name}?v=${version}` };
};

export const assets = {
  style: asset('pages.css', 'text/css', stylesheet),
  script: asset('pages.js', 'text/javascript', pageScript),
  icon: asset('icon.svg', 'image/svg+xml', icon),
};
