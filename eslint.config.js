import prettier from 'eslint-config-prettier';
import vue from 'eslint-plugin-vue';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['**/dist/**', '**/target/**', '**/gen/**', '**/node_modules/**', 'crates/model/types/**'] },
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  prettier,
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: { globals: globals.browser },
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      // A style attribute in a template breaks `style-src 'self'`; `:style` goes through the DOM and is fine.
      'vue/no-restricted-static-attribute': ['error', 'style'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // Read by engines that know nothing newer.
    files: ['ui/public/old.js'],
    rules: { 'no-var': 'off', 'prefer-rest-params': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}', '**/vite.config.ts', 'tests/e2e/**', 'scripts/**'],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
);
