import { html } from './html.js';

describe('html', () => {
  const hostile = `<script>alert("1")</script> & 'x' = !`;
  const harmless = '&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; &#39;x&#39; &#61; !';

  it('escapes every value, in text and in attributes', () => {
    expect(html`<a title="${hostile}">${hostile}</a>`.text).toBe(`<a title="${harmless}">${harmless}</a>`);
  });

  it('knows no sign that switches the escaping off', () => {
    expect(html`!${'<b>'}`.text).toBe('!&#60;b&#62;');
    expect(html`<p>Done!${['<b>']}</p>`.text).toBe('<p>Done!&#60;b&#62;</p>');
  });

  it('takes its own work as it is, once escaped and not twice', () => {
    const inner = html`<b>${'&'}</b>`;
    expect(html`<p>${inner}${[inner, '<', [inner]]}</p>`.text).toBe('<p><b>&#38;</b><b>&#38;</b>&#60;<b>&#38;</b></p>');
  });

  it('does not take what only looks like its own work', () => {
    const forged = JSON.parse('{"text":"<b>"}') as string;
    expect(() => html`${forged}`).toThrow();
  });

  it('leaves out what is not there, and writes zeros', () => {
    expect(html`[${false}${null}${undefined}${''}${0}]`.text).toBe('[0]');
  });
});
