// The few words the kit itself says, mostly names for screen readers. Any of them can be overridden by a prop.

import { createI18n } from './i18n';

export const kitWords = {
  en: {
    back: 'Back',
    close: 'Close',
    clear: 'Clear',
    less: 'Less: {label}',
    more: 'More: {label}',
    remove: 'Remove: {label}',
    addPhoto: 'Add photo: {label}',
    stepDone: 'done',
    busy: 'Working',
    total: 'Total',
    cancel: 'Cancel',
    choose: 'Choose',
    message: 'Message',
    show: 'Show',
    deleteDigit: 'Delete the last digit',
  },
  zh: {
    back: '返回',
    close: '关闭',
    clear: '清除',
    less: '减少：{label}',
    more: '增加：{label}',
    remove: '删除：{label}',
    addPhoto: '添加照片：{label}',
    stepDone: '已完成',
    busy: '处理中',
    total: '合计',
    cancel: '取消',
    choose: '请选择',
    message: '消息',
    show: '显示',
    deleteDigit: '删除一位',
  },
} as const;

export const words = createI18n(kitWords).t;
