import assert from 'node:assert/strict';
import { erfcx, logGamma, logNormal, normalRatio } from '../../../worker/analysis/special.ts';

/** Values of SciPy 1.10: scipy.special.gammaln, erfcx, log_ndtr, and exp(norm.logpdf(z) − log_ndtr(z)). */
const cases: readonly (readonly [
  name: string,
  f: (x: number) => number,
  table: readonly (readonly [number, number])[],
])[] = [
  [
    'ln Γ',
    logGamma,
    [
      [0.5, 0.5723649429247],
      [1, 0],
      [3.3, 0.9870985778947343],
      [9.9, 12.57717990421988],
      [10, 12.801827480081469],
      [150, 600.0094705553274],
      [5e6, 72124735.55845618],
    ],
  ],
  [
    'e^{x²}·erfc(x)',
    erfcx,
    [
      [-5, 144009798674.66104],
      [-1, 5.008980080762283],
      [0, 1],
      [0.3, 0.7345993345676554],
      [1.49, 0.3232292938008237],
      [2, 0.2553956763105058],
      [2.51, 0.21006537641598214],
      [5, 0.11070463773306861],
      [30, 0.018795888861416754],
      [1e5, 5.6418958351954685e-6],
    ],
  ],
  [
    'ln Φ',
    logNormal,
    [
      [-40, -804.6084420137539],
      [-5, -15.064998393988727],
      [-1, -1.841021645009264],
      [0, -Math.LN2],
      [1, -0.17275377902344985],
      [5, -2.8665161296376305e-7],
      [8, -6.220960574271743e-16],
      [20, -2.7536241186061556e-89],
    ],
  ],
  [
    'N/Φ',
    normalRatio,
    [
      [-40, 40.024968847210886],
      [-5, 5.1865039671258515],
      [-1, 1.5251352761609822],
      [0, 0.7978845608028654],
      [1, 0.2875999709391784],
      [5, 1.486719940904906e-6],
      [20, 5.520948362159717e-88],
    ],
  ],
];

for (const [name, f, table] of cases) {
  describe(name, () => {
    for (const [x, value] of table) {
      it(`is ${value} at ${x}`, () => {
        assert.ok(
          Math.abs(f(x) - value) <= 1e-12 * Math.max(Math.abs(value), 1e-300) + (value === 0 ? 1e-14 : 0),
          String(f(x)),
        );
      });
    }
  });
}
