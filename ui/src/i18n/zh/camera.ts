import type en from '../en/camera';
import type { Translation } from '@jobsheet/kit';

const zh: Translation<typeof en> = {
  scan: '扫码',
  'scan.serial': '扫描序列号',
  'scan.newSerial': '扫描新件序列号',
  'scan.oldSerial': '扫描旧件序列号',
  'scan.part': '扫描配件',
  'scan.office': '扫描公司出示的二维码',
  'scan.view': '相机画面',
  'scan.starting': '正在打开相机',
  'scan.aim': '请将相机对准条码或二维码。',
  'scan.closer': '还没有识别到。请将手机放在约 15 厘米处，保持不动。',
  'scan.notOffice': '这不是公司的注册码。',
  'scan.read': '已识别：{code}',
  'scan.torch': '手电筒',
  'scan.type': '手动输入',
  'scan.typed': '编码',
  'scan.use': '使用此编码',
  'scan.empty': '请先输入编码。',
  'scan.camera': '返回相机',
  'scan.again': '重新打开相机',

  denied: '未允许使用相机',
  'denied.text': '请在手机设置中允许本应用使用相机。',
  none: '未找到相机',
  'none.text': '本应用在此手机上找不到可用的相机。',
  busy: '相机无法打开',
  'busy.text': '可能有其他应用正在使用相机。请关闭后重试。',
  unable: '此手机无法直接用相机识别编码',
  'unable.text': '系统网页组件版本过低。',
  typeInstead: '请改为手动输入。',

  'match.hint': '移动手机，让两幅画面重合。较淡的一幅是维修前照片。',
  'match.ghost': '显示维修前',
  'match.ghostAlt': '维修前照片（半透明）',
  'match.take': '拍照',
  'match.taken': '已拍照',
  'match.phone': '使用手机相机',
};
export default zh;
