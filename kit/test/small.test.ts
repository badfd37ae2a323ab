import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { nextTick } from 'vue';
import { clock, markPassed } from '../src/clock';
import { cleanNumber } from '../src/numbers';
import AnswerGroup from '../src/components/AnswerGroup.vue';
import Btn from '../src/components/Btn.vue';
import PinPad from '../src/components/PinPad.vue';

test('a countdown', () => {
  expect([462, 59.9, 0, -3, 3725].map(clock)).toEqual(['07:42', '00:59', '00:00', '00:00', '1:02:05']);
});

test('only 5, 2 and 1 minute are said', () => {
  expect(markPassed(301, 300)).toBe(5);
  expect(markPassed(300, 299)).toBeNull();
  expect(markPassed(61, 60)).toBe(1);
  expect(markPassed(290, 280)).toBeNull();
});

test('digits from a Chinese keyboard', () => {
  expect(cleanNumber('７．１')).toBe('7.1');
  expect(cleanNumber('－３，５ ')).toBe('-3.5');
});

test('a busy or disabled button does nothing', async () => {
  const btn = mount(Btn, { props: { busy: true }, slots: { default: 'Send' } });
  await btn.trigger('click');
  expect(btn.emitted('click')).toBeUndefined();
  await btn.setProps({ busy: false });
  await btn.trigger('click');
  expect(btn.emitted('click')).toHaveLength(1);
});

test('answers are chosen by tap and by arrow, and can be taken back', async () => {
  const options = [
    { value: 'pass', label: 'Pass' },
    { value: 'fail', label: 'Fail' },
  ];
  const group = mount(AnswerGroup, { props: { options, legend: 'Power isolated?', clearable: true } });
  const [pass, fail] = group.findAll('[role=radio]');
  await pass.trigger('click');
  expect(pass.attributes('aria-checked')).toBe('true');
  await pass.trigger('keydown', { key: 'ArrowRight' });
  expect(fail.attributes('aria-checked')).toBe('true');
  await fail.trigger('click');
  expect(group.emitted('update:modelValue')?.map(([v]) => v)).toEqual(['pass', 'fail', null]);
});

test('a PIN is typed by its keys, by a keyboard and by pasting, and has digits only', async () => {
  const pad = mount(PinPad, {
    props: {
      label: 'PIN',
      max: 6,
      modelValue: '',
      'onUpdate:modelValue': (pin) => pad.setProps({ modelValue: pin }),
    },
    attachTo: document.body,
  });
  const typed = () => pad.props('modelValue');
  await pad.get('[data-testid=pin-4]').trigger('click');
  await pad.get('[data-testid=pin-0]').trigger('click');
  expect(typed()).toBe('40');
  await pad.get('[data-testid=pin-delete]').trigger('click');
  expect(typed()).toBe('4');
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '2', bubbles: true }));
  await nextTick();
  expect(typed()).toBe('42');
  await pad.get('input').setValue('１23 4567');
  expect(typed()).toBe('123456');
  await pad.setProps({ disabled: true });
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Backspace', bubbles: true }));
  await nextTick();
  expect(typed()).toBe('123456');
  pad.unmount();
});
