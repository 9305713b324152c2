import {
  definePlugin,
  PluginOptions,
  type PluginManifest,
  Public,
  type RequestVerifier,
  Role,
} from '@commandcenter/sdk';
import { All, Controller, Get, Inject, Injectable, Post, Scope, UseGuards, Version } from '@nestjs/common';
import { APP_GUARD, ModuleRef } from '@nestjs/core';
import { checkManifest } from '../check-manifest.js';
import { PluginDirectory } from '../plugin-directory.js';

const define = (parts: Partial<PluginManifest>) =>
  definePlugin({ name: 'p', version: '1.0.0', hub: '*', agents: [], ...parts });
/** Every problem of a manifest, `path: message`. */
function problems(parts: Partial<PluginManifest>): string[] {
  try {
    checkManifest('p', define(parts));
    return [];
  } catch (thrown) {
    return (thrown as { problems: { path: string; message: string }[] }).problems.map((p) => `${p.path}: ${p.message}`);
  }
}

@Injectable()
class Check implements RequestVerifier {
  constructor(readonly options: PluginOptions) {}
  verify() {
    return true;
  }
}

@Controller(['a', '/b/'])
@Role('viewer')
class Good {
  constructor(readonly check: Check) {}
  @Get(['', ':id/*rest'])
  list() {}
  @Post('.well-known/x.y_z-1')
  @Public({ verify: Check })
  open() {}
}

@Controller()
class Silent {
  @All('all')
  all() {}
}

it('bears all that is right, and the directory tells the routes', () => {
  const manifest = define({ providers: [Check], controllers: [Good, Silent] });
  expect(problems(manifest)).toEqual([]);
  const loaded = { use: 'p', manifest, options: {}, grants: new Set<string>(), agents: [], workflows: [] };
  const [view] = new PluginDirectory({ loaded: [loaded], skipped: [] }).list();
  expect(view).toMatchObject({
    routes: [
      { method: 'GET', path: '/plugins/p/a', access: 'viewer' },
      { method: 'GET', path: '/plugins/p/a/:id/*rest', access: 'viewer' },
      { method: 'GET', path: '/plugins/p/b', access: 'viewer' },
      { method: 'GET', path: '/plugins/p/b/:id/*rest', access: 'viewer' },
      { method: 'POST', path: '/plugins/p/a/.well-known/x.y_z-1', access: 'public' },
      { method: 'POST', path: '/plugins/p/b/.well-known/x.y_z-1', access: 'public' },
      { method: 'ALL', path: '/plugins/p/all', access: 'admin' },
    ],
  });
});

it.each([
  '..',
  '../x',
  'a/../../b',
  '.',
  'a//b',
  'http://host/x',
  '//host',
  'a?b',
  'a#b',
  '%2e%2e',
  'a b',
  '\\x',
  '{a}',
  '(.*)',
  ':a-:b',
])('refuses the path %j, of a class and of a method', (path) => {
  @Controller(path)
  class Outer {
    @Get()
    one() {}
  }
  @Controller('x')
  class Inner {
    @Get(path)
    one() {}
  }
  expect(problems({ controllers: [Outer, Inner] })).toEqual([
    expect.stringContaining('controllers.0.one: '),
    expect.stringContaining('controllers.1.one: '),
  ]);
});

it('refuses what is there twice', () => {
  @Controller()
  class Twice {
    @Get('all/:a')
    one() {}
    @Get('/all/:b/')
    two() {}
  }
  expect(problems({ controllers: [Twice] })).toEqual(['controllers.0.two: GET /all/:b is there twice']);
});

it('refuses hosts, versions, scopes, verifiers from elsewhere and roles that are none', () => {
  @Controller({ path: 'x', host: 'elsewhere.example', version: '1' })
  class Elsewhere {}
  @Controller({ scope: Scope.REQUEST })
  class EachRequest {}
  @Controller()
  class Wrong {
    @Get('a')
    @Version('2')
    versioned() {}
    @Get('b')
    @Public({ verify: Check })
    verified() {}
    @Get('c')
    @Role('root' as never)
    role() {}
  }
  expect(problems({ controllers: [Elsewhere, EachRequest, Wrong, {} as never] })).toEqual([
    'controllers.1: is request-scoped; a step is not an HTTP request, make it a singleton',
    'controllers.0: has a host; routes of plugins are told apart by path and method alone',
    'controllers.0: has a version; routes of plugins are told apart by path and method alone',
    'controllers.2.versioned: has a version; routes of plugins are told apart by path and method alone',
    "controllers.2.verified: @Public({ verify: Check }): Check is not among the plugin's providers",
    'controllers.2.role: @Role("root"): there are viewer, operator, admin, approver',
    'controllers.3: is not a class with @Controller',
  ]);
  expect(problems({ providers: [{ provide: APP_GUARD, useValue: {} }] })).toEqual([
    expect.stringContaining('whole hub'),
  ]);
  expect(problems({ controllers: 'no' as never })).toEqual(['controllers: must be a list of classes']);
});

it('refuses constructors of controllers, verifiers and guards that reach into the hub', () => {
  @Injectable()
  class Nosy implements RequestVerifier {
    constructor(readonly modules: ModuleRef) {}
    verify() {
      return true;
    }
    canActivate() {
      return true;
    }
  }
  @Controller()
  class Front {
    constructor(@Inject('SECRETS') readonly secrets: unknown) {}
    @Get()
    @UseGuards(Nosy)
    one() {}
  }
  const outside = "which is neither among the plugin's providers nor a port of the hub";
  expect(problems({ controllers: [Front], providers: [Nosy] })).toEqual([
    `providers.0: parameter 1 of Nosy is ModuleRef, ${outside}`,
    `controllers.0: parameter 1 of Front is SECRETS, ${outside}`,
    `controllers.0: parameter 1 of Nosy is ModuleRef, ${outside}`,
  ]);
});
